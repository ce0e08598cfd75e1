/// One value for bandwidth and one for energy.
public struct PerResource<Value: Sendable>: Sendable {
    /// The value for bandwidth.
    public var bandwidth: Value
    /// The value for energy.
    public var energy: Value

    /// Both values.
    public init(bandwidth: Value, energy: Value) {
        self.bandwidth = bandwidth
        self.energy = energy
    }

    /// The same value twice.
    public init(_ value: Value) { self.init(bandwidth: value, energy: value) }

    /// The value of one resource.
    public subscript(resource: Resource) -> Value {
        get { resource == .energy ? energy : bandwidth }
        set { if resource == .energy { energy = newValue } else { bandwidth = newValue } }
    }
}

extension PerResource: Equatable where Value: Equatable {}
extension PerResource: Hashable where Value: Hashable {}
