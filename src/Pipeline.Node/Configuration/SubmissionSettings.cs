namespace Pipeline.Node.Configuration;

/// <summary>How users of this machine other than root and the node's own hand over mail.</summary>
public sealed record SubmissionSettings
{
    /// <summary>Where programs look for the socket when neither a configuration nor settings of a node are named to them.</summary>
    public const string UsualSocket = "/run/mailpipeline/submit.sock";

    /// <summary>The path of the socket; its folder must be there, and let those in who may hand over mail.</summary>
    public string Socket { get; init; } = UsualSocket;

    /// <summary>Its mode, in octal: who may write to it may hand over mail.</summary>
    public string Mode { get; init; } = "0666";

    internal UnixFileMode FileMode => (UnixFileMode)(ModeNumber(Mode) ?? 0);

    internal IEnumerable<string> Errors()
    {
        if (!Path.IsPathRooted(Socket))
        {
            yield return $"Submission:Socket: \"{Socket}\" is not an absolute path";
        }

        if (ModeNumber(Mode) is null)
        {
            yield return $"Submission:Mode: \"{Mode}\" is not a mode in octal, such as 0660";
        }
    }

    private static int? ModeNumber(string text)
    {
        var mode = 0;
        foreach (var digit in text)
        {
            mode = digit is >= '0' and <= '7' && mode <= 0x3F ? (mode * 8) + (digit - '0') : int.MaxValue / 16;
        }

        return text.Length > 0 && mode <= 0x1FF ? mode : null;
    }
}
