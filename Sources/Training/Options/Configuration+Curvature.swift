import Networks

/// What steps of Levenberg and Marquardt's are solved by, of a run of these options on so many samples; and what one costs.
extension Configuration {
    /// The weight decay that they have.
    var curvatureDecay: Double { optimizerOptions.weightDecay ?? LevenbergMarquardt.defaults.weightDecay! }

    func curvatureForm(samples: Int) -> CurvatureForm {
        CurvatureForm(topology: topology, samples: largestMinibatch(of: samples), decays: curvatureDecay > 0)
    }

    /// Rows of what is factored.
    func curvatureOrder(samples: Int) -> Int {
        curvatureForm(samples: samples).order(topology: topology, samples: largestMinibatch(of: samples))
    }

    func curvatureCost(samples: Int) -> GradientCost {
        CurvatureRows.cost(
            topology: topology, samples: largestMinibatch(of: samples), form: curvatureForm(samples: samples))
    }

    private func largestMinibatch(of samples: Int) -> Int { min(batchSize, samples) }
}
