extension RunReport {
    /// What the run's network is at the end, where its record or its answers say something of it.
    ///
    /// - Parameter heading: whether it stands under one of its own.
    static func addEnd(of run: RunRecord, to page: inout Page, heading: Bool = true) {
        let (figures, charts, worst) = (figures(run), run.answers?.charts ?? [], run.answers?.worst)
        guard figures != nil || worst != nil || !charts.isEmpty else { return }
        if heading { page.heading("What it ends with") }
        if let figures { page.add(figures) }
        guard let answers = run.answers else { return }
        page.add("<p class=\"soft\">\(answers.title)</p>")
        page.add(charts)
        if let worst { page.add(worst) }
    }
}
