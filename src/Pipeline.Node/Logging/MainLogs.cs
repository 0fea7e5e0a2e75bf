using Pipeline.Node.Hosting;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Logging;

/// <summary>Opens the main log where the settings of the node want it.</summary>
internal static class MainLogs
{
    /// <returns>Null when there is to be none.</returns>
    /// <exception cref="NodeStartException">It cannot be written.</exception>
    public static MainLog? Open(NodeOptions options, LogSelection selection, ILogger logger)
    {
        var settings = options.Settings.Log;
        ILogSink? sink = !settings.Main ? null
            : settings.File is { } file ? new FileSink(Path.GetFullPath(file))
            : options.MainLog is { } writer ? new TextSink(writer)
            : null;
        try
        {
            sink?.Write(""); // whoever starts a node is told at once that its log cannot be written
        }
        catch (IOException error)
        {
            throw new NodeStartException([$"Log:File: {error.Message}"]);
        }

        return sink is null ? null : new MainLog(sink, selection, options.Time, logger);
    }
}
