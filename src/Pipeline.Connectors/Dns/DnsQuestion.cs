using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>What is asked of a server.</summary>
/// <param name="Name">In normal form (<see cref="WireName.TryNormalize"/>).</param>
internal readonly record struct DnsQuestion(string Name, DnsRecordType Type);
