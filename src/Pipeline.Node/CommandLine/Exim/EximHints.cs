namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Options of Exim that this program does not have, with what does the same.</summary>
internal static class EximHints
{
    public const string NoMode =
        "the options say nothing to do; a message is handed over with addresses, with -t, or in an SMTP session (-bs). mailpipeline --help shows all commands";

    private const string Elsewhere = "this version has nothing that does the same";

    /// <summary>Longest first where one begins another; a star at the end stands for anything.</summary>
    private static readonly (string Option, string Hint)[] Hints =
    [
        ("-Mc", "use mailpipeline queue retry ID"),
        ("-MG", "the queue has no parts with names"),
        ("-M*", Elsewhere),
        ("-bf*", Elsewhere),
        ("-bF", Elsewhere),
        ("-bw", "a node opens its ports itself, or has them from systemd (socket activation)"),
        ("-ql", "a message is delivered whole: where its recipients go shows when they are routed"),
    ];

    /// <returns>Null for what Exim does not know either.</returns>
    public static string? For(string option)
    {
        foreach (var (pattern, hint) in Hints)
        {
            if (pattern.EndsWith('*') ? option.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : option == pattern)
            {
                return hint;
            }
        }

        return null;
    }
}
