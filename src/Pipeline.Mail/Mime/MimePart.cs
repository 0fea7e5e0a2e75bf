namespace Pipeline.Mail.Mime;

/// <summary>One part of a message, found by <see cref="MimeScanner"/>.</summary>
public sealed class MimePart
{
    internal MimePart(int index, int depth, MimeHeader header, bool isCoverLetter, long start)
    {
        Index = index;
        Depth = depth;
        Header = header;
        IsCoverLetter = isCoverLetter;
        Start = start;
    }

    /// <summary>Its number in the message, from 0; a multipart comes before its parts.</summary>
    public int Index { get; }

    /// <summary>Multiparts around it.</summary>
    public int Depth { get; }

    public MimeHeader Header { get; }

    /// <summary>What a reader sees first rather than an attachment, by the rules of Exim's <c>$mime_is_coverletter</c>.</summary>
    public bool IsCoverLetter { get; }

    /// <summary>Where its content begins in what was scanned.</summary>
    public long Start { get; }

    /// <summary>Where its content ends: at the next boundary of a multipart around it, or with the message.</summary>
    public long End { get; internal set; } = -1;

    /// <summary>Null when nothing is wrong with it.</summary>
    public MimeAnomaly? Anomaly { get; internal set; }
}
