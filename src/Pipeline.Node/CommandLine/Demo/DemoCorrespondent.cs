using System.Net;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>Somebody who writes to the gateway, with the host that sends for them.</summary>
/// <param name="Signs">Whether the domain signs its mail with DKIM.</param>
internal sealed record DemoCorrespondent(string LocalPart, string Domain, IPAddress Client, string Helo, bool Signs)
{
    public string Address => $"{LocalPart}@{Domain}";

    /// <summary>Senders whose mail is what it says; the addresses of their hosts are in the SPF records of the zone.</summary>
    public static ImmutableArray<DemoCorrespondent> Honest { get; } =
    [
        new("sales", "partner.example", IPAddress.Parse("203.0.113.5"), "mx1.partner.example", Signs: true),
        new("mueller", "partner.example", IPAddress.Parse("203.0.113.6"), "mx2.partner.example", Signs: true),
        new("dean", "university.example", IPAddress.Parse("203.0.113.40"), "mail.university.example", Signs: true),
        new("researcher", "university.example", IPAddress.Parse("2001:db8:5::25"), "mail6.university.example", Signs: true),
        new("orders", "shop.example", IPAddress.Parse("203.0.113.70"), "mail.shop.example", Signs: true),
        new("statements", "bank.example", IPAddress.Parse("203.0.113.100"), "mail.bank.example", Signs: true),
        new("singer", "garden-club.example", IPAddress.Parse("203.0.113.130"), "mail.garden-club.example", Signs: false),
    ];

    /// <summary>A host that sends in the name of others.</summary>
    public static DemoCorrespondent Forger(string localPart, string domain) =>
        new(localPart, domain, IPAddress.Parse("192.0.2.66"), "adsl-66.pool.example", Signs: false);

    /// <summary>A user of the gateway, in the office.</summary>
    public static DemoCorrespondent Office(string user) =>
        new(user, DemoWorld.LocalDomain, IPAddress.Parse("198.51.100.20"), "desk20.meadow.example", Signs: false);
}
