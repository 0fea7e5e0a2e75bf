namespace Pipeline.Node.Logging;

/// <summary>How a policy wants its lines in the system's log.</summary>
/// <param name="Facility">Of RFC 5424 section 6.2.1: 2 for mail.</param>
/// <param name="WithTime">Lines keep their own date and time.</param>
/// <param name="Duplicates">What goes to more than one of the logs is sent for each of them.</param>
internal sealed record SyslogOptions(int Facility, string ProcessName, bool WithTime, bool WithProcessId, bool Duplicates);
