using System.Globalization;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Lookups.Ldap;

/// <summary>When a search follows aliases. The numbers are those of the protocol (RFC 4511 section 4.5.1.3).</summary>
public enum LdapDereference
{
    Never = 0,
    Searching = 1,
    Finding = 2,
    Always = 3,
}

/// <summary>A query of an LDAP lookup: settings such as <c>user=</c>, and a URL behind them.</summary>
public sealed record LdapQuery
{
    private const int MaxSeconds = 3600;

    public required LdapUrl Url { get; init; }

    /// <summary>The distinguished name to bind as; null for nobody.</summary>
    public string? User { get; private init; }

    public string? Password { get; private init; }

    /// <summary>A list in the language's form; null for the standing one.</summary>
    public string? Servers { get; private init; }

    /// <summary>Entries at most; zero without a limit.</summary>
    public int SizeLimit { get; private init; }

    /// <summary>What the server may take for the search; null without a limit.</summary>
    public TimeSpan? TimeLimit { get; private init; }

    /// <summary>For a connection, and for what comes over it; null for the standing one.</summary>
    public TimeSpan? NetworkTimeout { get; private init; }

    public bool FollowsReferrals { get; private init; } = true;

    public LdapDereference Dereference { get; private init; }

    /// <param name="problem">What is wrong, in Exim's words; empty when nothing is.</param>
    /// <returns>Null with a problem.</returns>
    public static LdapQuery? Parse(string text, out string problem)
    {
        problem = "";
        var words = new WordReader(text);
        var query = new LdapQuery { Url = new LdapUrl("ldap", "", null, "", [], LdapScope.BaseObject, "") };
        while (!LdapUrl.Begins(words.Rest))
        {
            var equals = words.Rest.IndexOf('=');
            if (equals < 0)
            {
                problem = "malformed parameter setting precedes LDAP URL";
                return null;
            }

            var name = words.Rest[..equals].ToString();
            words.Skip(equals + 1);
            if (query.With(name, ReadValue(ref words), out problem) is not { } more)
            {
                return null;
            }

            query = more;
        }

        return LdapUrl.Parse(words.Rest.ToString(), out problem) is { } url ? query with { Url = url } : null;
    }

    /// <summary>A value may be empty: then a blank follows at once.</summary>
    private static string ReadValue(ref WordReader words) => !words.BeginsWithBlank && words.TryRead(out var value) ? value : "";

    private LdapQuery? With(string name, string value, out string problem)
    {
        problem = "";
        switch (name.ToLowerInvariant())
        {
            case "user" when LdapUrl.TryDecode(value, out var user):
                return this with { User = user };
            case "user":
                problem = "LDAP option USER is not a distinguished name in the form of a URL";
                return null;
            case "pass":
                return this with { Password = value };
            case "servers":
                return this with { Servers = value };
            case "size":
                return Number(value, name, out problem) is { } size ? this with { SizeLimit = size } : null;
            case "time":
                return Number(value, name, out problem) is { } time ? this with { TimeLimit = time == 0 ? null : TimeSpan.FromSeconds(time) } : null;
            case "connect" or "nettime" or "netconnect":
                return Number(value, name, out problem) is { } wait ? this with { NetworkTimeout = wait == 0 ? null : TimeSpan.FromSeconds(Math.Min(wait, MaxSeconds)) } : null;
            case "referrals" when value is "follow" or "nofollow":
                return this with { FollowsReferrals = value == "follow" };
            case "referrals":
                problem = "LDAP option REFERRALS is not \"follow\" or \"nofollow\"";
                return null;
            case "dereference" when Enum.TryParse<LdapDereference>(value, ignoreCase: true, out var dereference) && char.IsAsciiLetter(value[0]):
                return this with { Dereference = dereference };
            case "dereference":
                problem = "LDAP option DEREFERENCE is not \"never\", \"searching\", \"finding\" or \"always\"";
                return null;
            default:
                problem = $"unknown parameter \"{name}=\" precedes LDAP URL";
                return null;
        }
    }

    private static int? Number(string value, string name, out string problem)
    {
        problem = $"LDAP option {name.ToUpperInvariant()} is not a number";
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
