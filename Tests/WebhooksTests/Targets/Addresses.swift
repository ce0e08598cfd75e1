import Testing
import Webhooks

/// An address that the test writes right.
func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text), "\(text) is no address") }
