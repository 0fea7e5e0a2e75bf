namespace Pipeline.Node.Logging;

/// <summary>Where finished lines of a log go.</summary>
internal interface ILogSink
{
    /// <summary>Writes whole lines, each ended by LF. May block; is never called twice at once.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    void Write(string lines);
}
