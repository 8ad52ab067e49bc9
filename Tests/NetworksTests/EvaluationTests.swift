import Kernels
import Networks
import Testing

@Suite struct EvaluationTests {
    private func score<Scalar: Real>(_ slice: Case<Scalar>, _ batch: [UInt32], compressed: Bool) -> (Score, [[Scalar]])
    {
        let evaluator = Evaluator<Scalar>(
            Network(slice.network.topology), samples: slice.data.samples(slice.network.target, compressed: compressed),
            capacity: slice.network.count)
        let score = batch.withUnsafeBufferPointer { evaluator.score($0, parameters: slice.parameters.base) }
        return (score, batch.indices.map { evaluator.pass.output($0) })
    }

    @Test(arguments: precisions, Exercise.all)
    func scoresAgreeWithTheTextbook(_ precision: any Real.Type, network: Exercise) {
        func check<Scalar: Real>(_: Scalar.Type) {
            let slice = Case<Scalar>(network)
            let (naive, outputs) = (slice.naive, network.topology.outputCount)
            // Errors of outputs are those of their pre-activations, a quarter of them and 4 ulp, in `roundings` counted.
            let unit = naive.roundings(samples: 1) * (Double(Scalar.ulpOfOne) / 2 + Double.ulpOfOne / 2)
            for compressed in [false, true] {
                let (score, answers) = score(slice, slice.batch, compressed: compressed)
                var (loss, correct) = (0.0, 0)
                for (sample, answer) in zip(slice.batch, answers) {
                    let input = slice.data.input(sample)
                    let exact = naive.activations(input)[network.topology.depth]
                    #expect(zip(answer, exact).allSatisfy { abs(Double($0) - $1) <= unit })
                    loss += naive.loss(input, slice.data.answer(sample, network.target, outputs: outputs))
                    if network.target == .labels {
                        correct += answer.firstIndex(of: answer.max()!)! == Int(slice.data.labels[Int(sample)]) ? 1 : 0
                    }
                }
                // A square of an error below one is off by twice the error, and their sum by a rounding each.
                #expect(
                    abs(score.loss - loss) <= Double(network.count) * 2 * unit + Double(network.count) * loss * unit)
                #expect(score.correct == correct)
            }
        }
        check(precision)
    }

    @Test(arguments: precisions)
    func anEmptyBlockScoresNothing(_ precision: any Real.Type) {
        func check<Scalar: Real>(_: Scalar.Type) {
            for network in Exercise.few {
                for compressed in [false, true] {
                    let slice = Case<Scalar>(network)
                    #expect(score(slice, [], compressed: compressed).0 == Score(loss: 0, correct: 0))
                }
            }
        }
        check(precision)
    }
}
