using System.Collections.Frozen;
using Pipeline.Policy.Acl.Verification.Callouts;

namespace Pipeline.Policy.Acl.Verification;

/// <summary>What <c>verify =</c> can verify.</summary>
internal enum VerifySubject
{
    Recipient = 0,
    Sender = 1,
    HeaderSender = 2,
    HeaderSyntax = 3,
    HeaderNamesAscii = 4,
    NotBlind = 5,
    ReverseHostLookup = 6,
    Helo = 7,
    Certificate = 8,
    Csa = 9,
    Arc = 10,
}

/// <summary>The value of <c>verify =</c>, read.</summary>
/// <param name="Name">The word as written.</param>
/// <param name="Address">For <c>sender=address</c>.</param>
/// <param name="List">For <c>arc/list</c>.</param>
internal sealed record VerifyOptions(VerifySubject Subject, string Name)
{
    private static readonly FrozenDictionary<string, VerifySubject> Subjects = new Dictionary<string, VerifySubject>
    {
        ["recipient"] = VerifySubject.Recipient,
        ["sender"] = VerifySubject.Sender,
        ["header_sender"] = VerifySubject.HeaderSender,
        ["header_syntax"] = VerifySubject.HeaderSyntax,
        ["header_names_ascii"] = VerifySubject.HeaderNamesAscii,
        ["not_blind"] = VerifySubject.NotBlind,
        ["reverse_host_lookup"] = VerifySubject.ReverseHostLookup,
        ["helo"] = VerifySubject.Helo,
        ["certificate"] = VerifySubject.Certificate,
        ["csa"] = VerifySubject.Csa,
        ["arc"] = VerifySubject.Arc,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The words that a value can begin with.</summary>
    public static IEnumerable<string> Names => Subjects.Keys;

    public string? Address { get; init; }

    public string List { get; init; } = "none:pass";

    public bool DeferOk { get; init; }

    public bool NoDetails { get; init; }

    public bool SuccessOnRedirect { get; init; }

    public bool CaseInsensitive { get; init; }

    /// <summary>Null when no host is to be asked.</summary>
    public CalloutOptions? Callout { get; init; }

    /// <summary><c>quota</c> was asked for.</summary>
    public bool Quota { get; init; }

    public static VerifyOptions? Parse(string value, out string error)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var head = (slash < 0 ? value : value[..slash]).Trim();
        var tail = slash < 0 ? "" : value[(slash + 1)..];
        string? address = null;
        if (head.StartsWith("sender", StringComparison.OrdinalIgnoreCase) && head.AsSpan(6).TrimStart() is ['=', ..] equals)
        {
            address = equals[1..].Trim().ToString();
            head = "sender";
        }

        if (SubjectOf(head) is not { } subject)
        {
            error = $"expected \"sender[=address]\", \"recipient\", \"helo\", \"header_syntax\", \"header_sender\", \"header_names_ascii\" or \"reverse_host_lookup\" at start of ACL condition \"verify {value}\"";
            return null;
        }

        var options = new VerifyOptions(subject, head) { Address = address };
        error = "";
        if (subject == VerifySubject.Arc)
        {
            return slash < 0 ? options : options with { List = tail.Trim() };
        }

        foreach (var range in tail.AsSpan().Split('/'))
        {
            var option = tail.AsSpan(range).Trim();
            if (option.IsEmpty)
            {
                continue;
            }

            if (options.With(option.ToString(), value, out error) is not { } changed)
            {
                error = error.Length > 0 ? error : $"unknown option \"{option}\" in ACL condition \"verify {value}\"";
                return null;
            }

            options = changed;
        }

        return options;
    }

    private VerifyOptions? With(string option, string value, out string error)
    {
        error = "";
        switch (option)
        {
            case "defer_ok":
                return this with { DeferOk = true };
            case "no_details":
                return this with { NoDetails = true };
            case "success_on_redirect":
                return this with { SuccessOnRedirect = true };
            case "case_insensitive" when Subject == VerifySubject.NotBlind:
                return this with { CaseInsensitive = true };
            case "check_postmaster":
                return this with { Callout = (Callout ?? new CalloutOptions()) with { PostmasterSender = "" } };
            case "callout_defer_ok":
                return this with { Callout = (Callout ?? new CalloutOptions()) with { DeferOk = true } };
        }

        if (option.StartsWith("quota", StringComparison.Ordinal))
        {
            return this with { Quota = true };
        }

        return option.StartsWith("callout", StringComparison.Ordinal) ? WithCallout(option[7..].TrimStart(), value, out error) : null;
    }

    private VerifyOptions? WithCallout(string rest, string value, out string error)
    {
        error = "";
        if (rest.Length == 0)
        {
            return this with { Callout = Callout ?? new CalloutOptions() };
        }

        if (rest[0] != '=')
        {
            error = $"'=' expected after \"callout\" in ACL condition \"{value}\"";
            return null;
        }

        return CalloutOptions.Parse(rest[1..], Subject, value, out error) is { } callout ? this with { Callout = callout } : null;
    }

    private static VerifySubject? SubjectOf(string name) => Subjects.TryGetValue(name, out var subject) ? subject : null;
}
