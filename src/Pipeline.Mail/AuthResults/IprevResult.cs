using System.Net;

namespace Pipeline.Mail.AuthResults;

/// <summary>Results of the reverse-lookup check (RFC 8601 section 3). The numbers are stored.</summary>
public enum IprevVerdict
{
    Pass = 0,

    /// <summary>No name leads back to the address.</summary>
    Fail = 1,

    TempError = 2,

    /// <summary>There is no PTR record.</summary>
    PermError = 3,
}

/// <param name="HostName">The name that leads back; for a pass.</param>
public sealed record IprevResult(IprevVerdict Verdict, IPAddress Client, string? HostName);
