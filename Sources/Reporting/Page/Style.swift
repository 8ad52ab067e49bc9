/// The page's style: light and dark by the reader's setting, light in print; one column on a phone.
enum Style {
    private static let light = """
        --paper: #ffffff; --card: #ffffff; --ink: #1b2430; --soft: #5b6675; --axis: #5b6675; --grid: #e6e9ee;
          --line: #dde2e9; --page: #f4f6f9; --accent: #1f5fbf;
          --c1: #2166c2; --c2: #d9690f; --c3: #15845a; --c4: #8a4fc9; --c5: #c2344d; --c6: #8b97a6; --c7: #0e8ca3; --c8: #a87b00;
        """

    private static let dark = """
        --paper: #1a212b; --card: #1a212b; --ink: #e7ebf1; --soft: #9aa6b5; --axis: #9aa6b5; --grid: #2c3542;
          --line: #303a48; --page: #10151c; --accent: #7db3ff;
          --c1: #6ba6f5; --c2: #f59b54; --c3: #4fc493; --c4: #bd93f0; --c5: #f27a8c; --c6: #7d8998; --c7: #4cc3d9; --c8: #dcb545;
        """

    static let sheet = """
        :root { color-scheme: light dark;
          \(light) }
        @media (prefers-color-scheme: dark) { :root { \(dark) } }
        @media print { :root { color-scheme: light; \(light) --page: #ffffff; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        header, main { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
        header { padding-top: 28px; }
        main { padding-bottom: 60px; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
        header p { color: var(--soft); margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; margin: 44px 0 10px; letter-spacing: -0.005em; }
        h3 { font-size: 1rem; margin: 0; }
        p { max-width: 75ch; margin: 10px 0; overflow-wrap: anywhere; }
        a { color: var(--accent); }
        code { font: 0.86em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
        .soft { color: var(--soft); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 22px 0 0; }
        .tiles > div, figure, details, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .tiles > div { padding: 12px 14px; }
        .tiles dt, .tiles span { color: var(--soft); font-size: 0.84rem; display: block; }
        .tiles b { font-size: 1.35rem; font-weight: 650; display: block; line-height: 1.3; overflow-wrap: anywhere; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 16px; margin: 16px 0; }
        figure { margin: 0; padding: 14px 14px 10px; min-width: 0; }
        figure > svg { display: block; width: 100%; max-width: 620px; height: auto; margin: 6px auto 0;
          font-family: inherit; font-size: 14px; }
        figure p { color: var(--soft); font-size: 0.84rem; margin: 6px 0 0; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 6px 0 0; padding: 0;
          font-size: 0.84rem; color: var(--soft); }
        .legend li { display: flex; align-items: center; gap: 6px; overflow-wrap: anywhere; }
        .swatch { width: 20px; height: 12px; flex: none; }
        .scroll { overflow-x: auto; margin: 16px 0; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
        table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding: 10px 12px 4px; color: var(--soft); }
        th { text-align: left; font-weight: 600; color: var(--soft); vertical-align: bottom; }
        th, td { padding: 7px 10px; border-bottom: 1px solid var(--line); }
        td { white-space: nowrap; }
        tbody tr:last-child td { border-bottom: 0; }
        .interval { color: var(--soft); }
        dl { margin: 16px 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 6px 14px; }
        dl > div { display: grid; grid-template-columns: minmax(120px, 200px) 1fr; gap: 12px; padding: 5px 0;
          border-bottom: 1px solid var(--line); }
        dl > div:last-child { border-bottom: 0; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
        details { padding: 0 14px; margin: 16px 0; }
        summary { cursor: pointer; padding: 10px 0; font-weight: 600; }
        details .scroll { border: 0; margin: 0 -14px; border-radius: 0; }
        .note { border-left: 4px solid var(--c2); padding: 8px 14px; background: var(--card); border-radius: 6px; max-width: none; }
        .good { border-left-color: var(--c3); } .bad { border-left-color: var(--c5); }
        .formula { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.86rem; overflow-x: auto;
          background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; white-space: pre; }
        @media (max-width: 600px) {
          body { font-size: 15px; } header, main { padding-left: 14px; padding-right: 14px; }
          figure { padding: 12px 8px 8px; } figcaption { padding: 0 4px; }
          .tiles { grid-template-columns: 1fr 1fr; }
          dl > div { grid-template-columns: 1fr; gap: 0; }
          th, td { padding: 6px 9px; }
        }
        @media print {
          body { background: none; font-size: 11px; } header, main { max-width: none; padding: 0; }
          figure, tr, .tiles > div, dl { break-inside: avoid; } h2 { break-after: avoid; }
          .charts { grid-template-columns: 1fr 1fr; } .scroll { overflow: visible; }
          td, th { white-space: normal; padding: 3px 5px; }
        }
        """
}
