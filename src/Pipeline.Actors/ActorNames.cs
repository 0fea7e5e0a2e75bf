namespace Pipeline.Actors;

/// <summary>Path names of the actors that have fixed ones, and the escape for names that come from data.</summary>
public static class ActorNames
{
    public const string Pipeline = "pipeline";
    public const string Messages = "messages";
    public const string Delivery = "delivery";
    public const string Queue = "queue";
    public const string Spf = "spf";
    public const string SpfGuess = "spf-guess";
    public const string Dkim = "dkim";
    public const string Arc = "arc";
    public const string Dmarc = "dmarc";
    public const string Spam = "spam";
    public const string Malware = "malware";
    public const string Dcc = "dcc";
    public const string Bmi = "bmi";
    public const string FailureReports = "failure-reports";

    /// <summary>Where the supervisor of messages is; each message is below it by its id.</summary>
    public const string MessagesPath = $"/user/{Pipeline}/{Messages}";

    public static string Recipient(int index) => $"rcpt-{index}";

    /// <summary>Makes a legal path element of any text: host names and IPv6 literals among others (<c>[::1]</c> is not legal as it is).</summary>
    public static string Escape(string text)
    {
        var escaped = Uri.EscapeDataString(text);
        return escaped.Length == 0 ? "%00" : escaped;
    }
}
