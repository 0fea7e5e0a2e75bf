namespace Pipeline.Node.Logging;

/// <summary>A log that is written to more than one place.</summary>
internal sealed class SeveralSinks(IReadOnlyList<ILogSink> sinks) : ILogSink
{
    /// <exception cref="IOException">One of them could not be written; the others have the lines.</exception>
    public void Write(string lines)
    {
        IOException? problem = null;
        foreach (var sink in sinks)
        {
            try
            {
                sink.Write(lines);
            }
            catch (IOException error)
            {
                problem = error;
            }
        }

        if (problem is not null)
        {
            throw problem;
        }
    }
}
