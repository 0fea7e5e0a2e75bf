using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>What stands behind <c>callout=</c>, read. Words are separated by commas.</summary>
internal sealed record CalloutOptions
{
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

    /// <summary>For each command.</summary>
    public TimeSpan Timeout { get; init; } = UsualTimeout;

    /// <summary>Null: as long as for a command.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>After this no further host is tried; null: four times the time of a command.</summary>
    public TimeSpan? MaxWait { get; init; }

    public bool DeferOk { get; init; }

    /// <summary>The cache is neither read nor written.</summary>
    public bool NoCache { get; init; }

    public bool Random { get; init; }

    /// <summary>MAIL names the sender of the message.</summary>
    public bool UseSender { get; init; }

    /// <summary>MAIL names the postmaster of <c>qualify_domain</c>.</summary>
    public bool UsePostmaster { get; init; }

    /// <summary>Whom MAIL names when the postmaster is checked: empty for the null path; null when the postmaster is not checked.</summary>
    public string? PostmasterSender { get; init; }

    /// <summary>After a refused <c>postmaster@domain</c>, <c>postmaster</c> without a domain is tried.</summary>
    public bool FullPostmaster { get; init; }

    /// <summary>Whom MAIL names, for <c>verify = header_sender</c>; null for the null path.</summary>
    public string? MailFrom { get; init; }

    /// <param name="condition">The value of <c>verify =</c>, for errors.</param>
    /// <returns>Null with an error in Exim's words.</returns>
    public static CalloutOptions? Parse(string words, VerifySubject subject, string condition, out string error)
    {
        var options = new CalloutOptions();
        error = "";
        foreach (var range in words.AsSpan().Split(','))
        {
            var word = words.AsSpan(range).Trim();
            if (word.IsEmpty)
            {
                continue;
            }

            if (options.With(word.ToString()) is not { } changed)
            {
                error = $"bad time value in ACL condition \"verify {condition}\"";
                return null;
            }

            options = changed;
        }

        if (options.MailFrom is not null && subject != VerifySubject.HeaderSender)
        {
            error = $"\"mailfrom\" is allowed as a callout option only for verify=header_sender (detected in ACL condition \"{condition}\")";
            return null;
        }

        if ((options.UseSender || options.UsePostmaster) && subject != VerifySubject.Recipient)
        {
            error = "use_sender or use_postmaster cannot be used for a sender verify callout";
            return null;
        }

        return options;
    }

    private CalloutOptions? With(string word)
    {
        switch (word)
        {
            case "defer_ok":
                return this with { DeferOk = true };
            case "no_cache":
                return this with { NoCache = true };
            case "random":
                return this with { Random = true };
            case "use_sender":
                return this with { UseSender = true };
            case "use_postmaster":
                return this with { UsePostmaster = true };
            case "postmaster":
                return this with { PostmasterSender = "" };
            case "fullpostmaster":
                return this with { PostmasterSender = PostmasterSender ?? "", FullPostmaster = true };
            case "hold":
                return this; // Deliveries have their own connections: nothing could be held for them.
        }

        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return TimeText.TryParse(word, out var time) ? this with { Timeout = time } : null;
        }

        var value = word[(equals + 1)..].Trim();
        return word[..equals].TrimEnd() switch
        {
            "connect" => TimeText.TryParse(value, out var time) ? this with { ConnectTimeout = time } : null,
            "maxwait" => TimeText.TryParse(value, out var time) ? this with { MaxWait = time } : null,
            "postmaster_mailfrom" => this with { PostmasterSender = value },
            "mailfrom" => this with { MailFrom = value },
            _ => null,
        };
    }
}
