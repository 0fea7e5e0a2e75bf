namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary>A session of the corpus: what a client says, and the replies that Exim gave.</summary>
/// <param name="Commands">Lines without their ends; those of messages and of AUTH among them.</param>
/// <param name="Recorded">Reply for reply, beginning with the banner; empty when nothing is recorded yet.</param>
internal sealed record TestedSession(string Name, string Client, IReadOnlyList<string> Commands, IReadOnlyList<string> Recorded)
{
    /// <summary>The session as octets, one character each.</summary>
    public string Input => string.Concat(Commands.Select(command => command + "\r\n"));

    /// <summary>Puts each reply behind the line that it answers.</summary>
    /// <returns>One for the banner, then one for each line of the client; null where a line has no reply.</returns>
    public IReadOnlyList<string?> Align(IReadOnlyList<string> replies)
    {
        var aligned = new string?[Commands.Count + 1];
        var next = 0;
        var chunk = 0;
        var inMessage = false;
        for (var i = 0; i <= Commands.Count && next < replies.Count; i++)
        {
            var line = i == 0 ? "" : Commands[i - 1];
            if (inMessage && line != ".")
            {
                continue;
            }

            if (chunk > 0)
            {
                chunk -= line.Length + 2;
                continue;
            }

            aligned[i] = replies[next++];
            inMessage = !inMessage && aligned[i]!.StartsWith("354", StringComparison.Ordinal);
            chunk = i > 0 && line.Split(' ') is ["BDAT", var size, ..] && int.TryParse(size, out var octets) ? octets : 0;
        }

        // What is left belongs to nothing that was said, and must not get lost.
        for (; next < replies.Count; next++)
        {
            aligned[^1] += "\n" + replies[next];
        }

        return aligned;
    }
}
