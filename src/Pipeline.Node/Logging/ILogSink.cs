namespace Pipeline.Node.Logging;

/// <summary>Where finished lines of the main log go.</summary>
internal interface ILogSink
{
    /// <summary>Writes whole lines, each ended by LF. May block; is never called twice at once.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    void Write(string lines);
}

/// <summary>The stream that the node's own log goes to.</summary>
internal sealed class TextSink(TextWriter output) : ILogSink
{
    public void Write(string lines)
    {
        output.Write(lines);
        output.Flush();
    }
}
