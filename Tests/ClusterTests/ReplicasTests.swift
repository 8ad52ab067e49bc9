import Testing

@testable import Cluster

@Suite struct ReplicasTests {
    @Test func oddReplicaIsNamed() {
        #expect(Replicas.oddOne([5, 5, 5]) == nil)
        #expect(Replicas.oddOne([7]) == nil)
        #expect(Replicas.oddOne([5, 6, 5]).map { [$0.index, $0.agreeing] } == [1, 2])
        #expect(Replicas.oddOne([6, 5, 5]).map { [$0.index, $0.agreeing] } == [0, 2])
        #expect(Replicas.oddOne([5, 6]).map { [$0.index, $0.agreeing] } == [1, 1])
    }
}
