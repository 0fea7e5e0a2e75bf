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
        ("-bhc", "use -bh: results of callouts are not kept beyond the session"),
        ("-Mc", "use mailpipeline queue retry ID"),
        ("-Mvh", "use mailpipeline queue show ID"),
        ("-Mvb", "use mailpipeline queue show --body ID"),
        ("-Mvc", "use mailpipeline queue show --body ID"),
        ("-Mvl", "use mailpipeline explain ID"),
        ("-M*", Elsewhere),
        ("-R*", "use mailpipeline queue list --recipient TEXT, and mailpipeline queue retry ID"),
        ("-S*", "use mailpipeline queue list --sender TEXT, and mailpipeline queue retry ID"),
        ("-d*", "mailpipeline explain ID shows every step of a message with the line of the configuration that caused it"),
        ("-bf*", Elsewhere),
        ("-bF", Elsewhere),
        ("-bi", Elsewhere),
        ("-bI*", Elsewhere),
        ("-bw", Elsewhere),
        ("-bmalware", Elsewhere),
        ("-bpi", "use mailpipeline queue list --json"),
        ("-bpri", "use mailpipeline queue list --json"),
        ("-N", Elsewhere),
        ("-L", Elsewhere),
        ("-oMas", Elsewhere),
        ("-oMm", Elsewhere),
        ("-pd", Elsewhere),
        ("-ps", Elsewhere),
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
