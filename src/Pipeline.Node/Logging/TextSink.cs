namespace Pipeline.Node.Logging;

/// <summary>The stream that the node's own log goes to.</summary>
internal sealed class TextSink(TextWriter output) : ILogSink
{
    public void Write(string lines)
    {
        output.Write(lines);
        output.Flush();
    }
}
