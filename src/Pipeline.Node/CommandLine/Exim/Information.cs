namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-bI:</c>: what this program knows, one word a line.</summary>
internal static class Information
{
    private const string Help = """
        The -bI: flag takes a string indicating which information to provide.
        If the string is not recognised, you'll get this help (on stderr).

          exim -bI:help    this information
          exim -bI:dscp    list of known dscp value keywords
          exim -bI:sieve   list of supported sieve extensions
        """;

    /// <summary>The names of code points (RFC 2474, RFC 2597, RFC 3246), and of the three old types of service.</summary>
    private const string CodePoints = """
        af11
        af12
        af13
        af21
        af22
        af23
        af31
        af32
        af33
        af41
        af42
        af43
        ef
        lowcost
        lowdelay
        mincost
        reliability
        throughput
        """;

    public static async Task<int> WriteAsync(string topic, EximStreams streams)
    {
        var text = topic.ToLowerInvariant() switch { "help" => Help, "dscp" => CodePoints, "sieve" => "", _ => null };
        if (text is null)
        {
            await streams.Errors.WriteLineAsync(Help);
            return ExitCodes.Success;
        }

        await using var output = new StreamWriter(streams.Output, leaveOpen: true) { NewLine = "\n" };
        await output.WriteAsync(text.Length == 0 ? "" : text + "\n");
        return ExitCodes.Success;
    }
}
