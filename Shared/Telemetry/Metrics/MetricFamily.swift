/// All series of one name.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    enum Series: Sendable {
        case number(FloatSeries)
        case histogram(HistogramSeries)
    }

    let kind: Kind
    /// By their labels as they are written: `queue="a",outcome="done"`.
    var series: [String: Series] = [:]

    func write(name: String, help: String?, into output: inout String) {
        if let help { output += "# HELP \(name) \(MetricText.help(help))\n" }
        output += "# TYPE \(name) \(kind.rawValue)\n"
        for (labels, series) in series.sorted(by: { $0.key < $1.key }) {
            switch series {
            case .number(let number):
                output += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(MetricText.number(number.value))\n"
            case .histogram(let histogram):
                histogram.write(name: name, labels: labels, into: &output)
            }
        }
    }
}
