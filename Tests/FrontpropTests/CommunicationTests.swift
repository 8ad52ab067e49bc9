import Foundation
import MPI
import Storage
import Testing

@testable import Frontprop

@Suite struct CommunicationTests {
    /// One process has nobody to all-reduce with, and says who it is.
    @Test func alone() throws {
        let world = try MPI.Environment.start().world
        let found = try Communication.measure(
            .init(words: [5], floats: [3], doubles: []), seconds: 0.001, threads: 1, on: world)
        #expect(found.hosts == [MPI.Environment.hostName] && found.nodes == 1 && found.loops.isEmpty)
        #expect(found.coresPerNode > 0 && found.version == frontpropVersion)
    }

    @Test func refusesWhatThereIsNoMemoryFor() throws {
        let world = try MPI.Environment.start().world
        let sizes = Communication.Sizes(words: [1 << 55], floats: [], doubles: [])
        let failure = #expect(throws: Failure.self) {
            try Communication.measure(sizes, seconds: 0, threads: 1, on: world)
        }
        #expect(failure?.status == .internalError && failure?.message.contains("\(1 << 55) numbers") == true)
    }
}
