using System.Buffers;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Spool;
using Pipeline.Node.Logging;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary><c>-Mvh</c>, <c>-Mvb</c>, <c>-Mvc</c>, <c>-Mvl</c>: what Exim has in the files of a queued message, made of the store, beside a running node or without one.</summary>
internal static class QueuedMessageView
{
    private const int ChunkSize = 128 * 1024;

    /// <summary>The view, and what Exim says when there is no such message, around its id.</summary>
    private static readonly (string Option, Func<Source, CancellationToken, Task> Show, string Missing, string MissingEnd)[] Views =
    [
        ("-Mvh", HeaderFileAsync, "Failed to open input file for ", "-H: No such file or directory"),
        ("-Mvb", DataFileAsync, "Failed to open input file for ", "-D: No such file or directory"),
        ("-Mvc", CopyAsync, "Spool data file for ", " does not exist"),
        ("-Mvl", LogAsync, "Failed to open msglog file for ", ": No such file or directory"),
    ];

    public static bool Knows(string option) => Array.Exists(Views, view => view.Option == option);

    public static async Task<int> RunAsync(
        EximCommand command, EximConfiguration configuration, EximStreams streams, TimeProvider time, CancellationToken cancellationToken)
    {
        var view = Array.Find(Views, view => view.Option == command.QueueOrder);
        if (QueueOrders.MessageIds(command.Operands, view.Option, streams.Errors) is not { } ids)
        {
            return ExitCodes.Failure;
        }

        if (ids.Count > 1)
        {
            await streams.Errors.WriteLineAsync("*** Only one message can be listed at once");
            return ExitCodes.Failure;
        }

        await using var store = await QueueListCommand.OpenAsync(configuration, cancellationToken);
        if (store is null || await store.ReadAsync(ids[0], cancellationToken) is not { } message)
        {
            await streams.Errors.WriteLineAsync($"{view.Missing}{ids[0]}{view.MissingEnd}");
            return ExitCodes.Failure;
        }

        await view.Show(new Source(message, store, streams.Output, time), cancellationToken);
        return ExitCodes.Success;
    }

    private static async Task HeaderFileAsync(Source source, CancellationToken cancellationToken)
    {
        var body = new SpoolDataWriter(SpoolBodyForm.Unix);
        body = await ReadBodyAsync(source.Message.Content, body, static (_, _) => ValueTask.CompletedTask, cancellationToken);
        var journal = await source.Store.ReadJournalAsync(source.Message.Id, cancellationToken);
        var output = new ArrayBufferWriter<byte>();
        SpoolHeaderWriter.Write(QueuedSpoolHeader.Of(source.Message, journal, body), output);
        await source.Output.WriteAsync(output.WrittenMemory, cancellationToken);
    }

    private static Task DataFileAsync(Source source, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>();
        SpoolDataWriter.Start(source.Message.Id.ToString(), output);
        return WriteBodyAsync(source, output.WrittenMemory, cancellationToken);
    }

    private static Task CopyAsync(Source source, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>();
        var fields = new HeaderFields(source.Message.Content.HeaderBlock);
        while (fields.MoveNext())
        {
            output.Write(SpoolHeaderLine.FromWire(fields.CurrentLines.Span).Text.Span);
        }

        output.Write("\n"u8);
        return WriteBodyAsync(source, output.WrittenMemory, cancellationToken);
    }

    private static async Task LogAsync(Source source, CancellationToken cancellationToken)
    {
        await using var output = new StreamWriter(source.Output, leaveOpen: true) { NewLine = "\n" };
        foreach (var line in MessageLog.Of(source.Message, await source.Store.ReadJournalAsync(source.Message.Id, cancellationToken), source.Time))
        {
            await output.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }

    private static async Task WriteBodyAsync(Source source, ReadOnlyMemory<byte> start, CancellationToken cancellationToken)
    {
        await source.Output.WriteAsync(start, cancellationToken);
        await ReadBodyAsync(source.Message.Content, new SpoolDataWriter(SpoolBodyForm.Unix), source.Output.WriteAsync, cancellationToken);
    }

    /// <returns>The writer, which has counted what a header file tells of the body.</returns>
    private static async Task<SpoolDataWriter> ReadBodyAsync(
        IMessageContent content, SpoolDataWriter writer, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var (output, buffer) = (new ArrayBufferWriter<byte>(ChunkSize), new byte[ChunkSize]);
        await using var body = content.OpenBody();
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0; output.ResetWrittenCount())
        {
            writer.Append(buffer.AsSpan(0, read), output);
            await write(output.WrittenMemory, cancellationToken);
        }

        writer.Finish(output);
        await write(output.WrittenMemory, cancellationToken);
        return writer;
    }

    private sealed record Source(StoredMessage Message, IMessageStore Store, Stream Output, TimeProvider Time);
}
