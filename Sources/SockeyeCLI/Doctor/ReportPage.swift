import SockeyeDoctor
import SockeyeSystem

/// A report as a person reads it, and as a script does.
struct ReportPage {
    let report: Report

    /// Wide enough for "what happened: ".
    private static let label = 17

    func text(columns: Int) -> String {
        var rows = ["sockeye doctor: \(SafeText.line(report.attempted))"]
        for finding in report.findings {
            rows.append("")
            rows += Narrator.wrap(heading(finding), max(columns, 40))
            rows += part("  what happened:", finding.evidence, columns)
            rows += part("  likely cause:", [finding.cause], columns)
            rows += next(finding.next, columns)
        }
        rows += part("  some words:", Glossary.notes(for: words), columns)
        if !report.steps.isEmpty {
            rows.append("")
            rows += part(
                "  time taken:",
                report.steps.map { "\($0.name): \(Words.time($0.duration))" },
                columns
            )
        }
        return rows.joined(separator: "\n") + "\n"
    }

    /// All that is said, for the words that a beginner does not know.
    private var words: String {
        report.findings.flatMap { [$0.what, $0.cause] + $0.evidence + $0.next.map(\.words) }.joined(separator: ". ")
    }

    /// `PROBLEM (likely): …`; of what is certain nothing is said.
    private func heading(_ finding: Finding) -> String {
        let kind =
            switch finding.severity {
            case .works: "WORKS"
            case .note: "NOTE"
            case .problem: "PROBLEM"
            }
        let sureness = finding.confidence == .certain ? "" : " (\(finding.confidence.rawValue))"
        return "\(kind)\(sureness): \(SafeText.line(finding.what))"
    }

    private func next(_ steps: [NextStep], _ columns: Int) -> [String] {
        labelled("  try next:", steps.flatMap { $0.rows(width(columns)) }.map(SafeText.line))
    }

    private func part(_ name: String, _ lines: [String], _ columns: Int) -> [String] {
        labelled(name, lines.map(SafeText.line).flatMap { Narrator.wrap($0, width(columns)) })
    }

    private func width(_ columns: Int) -> Int { max(columns - Self.label, 40) }

    private func labelled(_ name: String, _ rows: [String]) -> [String] {
        rows.enumerated().map { ($0.offset == 0 ? name : "").padded(to: Self.label) + $0.element }
    }

    var json: JSONValue {
        .object([
            "attempted": .string(report.attempted), "problem": .bool(report.hasProblem),
            "findings": .array(report.findings.map(Self.json)),
            "steps": .array(
                report.steps.map { .object(["name": .string($0.name), "microseconds": .integer($0.microseconds)]) }
            ),
        ])
    }

    private static func json(_ finding: Finding) -> JSONValue {
        .object([
            "id": .string(finding.id), "severity": .string(finding.severity.rawValue),
            "confidence": .string(finding.confidence.rawValue), "what": .string(finding.what),
            "evidence": .strings(finding.evidence), "cause": .string(finding.cause),
            "next": .strings(finding.next.map(\.description)),
            "commands": .strings(finding.next.compactMap(\.command)),
        ])
    }
}

extension Report.Step {
    fileprivate var microseconds: Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }
}
