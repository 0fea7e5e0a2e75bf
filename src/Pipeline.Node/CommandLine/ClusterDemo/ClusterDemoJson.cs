using System.Buffers;
using System.Text.Json;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>Writes the outcome of a demonstration for programs.</summary>
internal static class ClusterDemoJson
{
    public static byte[] Write(ClusterDemoResult result)
    {
        var (buffer, account) = (new ArrayBufferWriter<byte>(), result.Account);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("addsUp", account.AddsUp);
            writer.WriteNumber("messages", result.Messages);
            Seconds(writer, "seconds", result.Elapsed);
            writer.WriteString("killed", result.Killed);
            Seconds(writer, "noticedAfter", result.Noticed);
            Seconds(writer, "firstTakenOverAfter", result.FirstTakenOver);
            writer.WriteNumber("takenOver", result.TakenOver);
            writer.WriteStartObject("account");
            writer.WriteNumber("submitted", account.Submitted);
            writer.WriteNumber("acknowledged", account.Acknowledged);
            writer.WriteNumber("refused", account.Refused);
            writer.WriteNumber("inDoubt", account.InDoubt);
            writer.WriteNumber("inDoubtTaken", account.InDoubtTaken);
            writer.WriteNumber("recipients", account.Recipients);
            writer.WriteNumber("delivered", account.Delivered);
            writer.WriteNumber("failed", account.Failed);
            writer.WriteNumber("queued", account.Queued);
            writer.WriteNumber("lost", account.Lost);
            writer.WriteNumber("duplicates", account.Duplicates);
            writer.WriteEndObject();
            Nodes(writer, "before", result.Before);
            Nodes(writer, "after", result.After);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Nodes(Utf8JsonWriter writer, string name, ImmutableArray<NodeView> nodes)
    {
        writer.WriteStartArray(name);
        foreach (var node in nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", node.Name);
            writer.WriteNumber("epoch", node.Epoch);
            writer.WriteString("state", node.State.ToString().ToLowerInvariant());
            writer.WriteNumber("process", node.Process);
            writer.WriteNumber("policy", node.Report.Policy);
            writer.WriteNumber("active", node.Report.Load.Active);
            writer.WriteString("endedBy", node.EndedBy);
            writer.WriteString("reason", node.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Seconds(Utf8JsonWriter writer, string name, TimeSpan? time)
    {
        if (time is { } known)
        {
            writer.WriteNumber(name, Math.Round(known.TotalSeconds, 3));
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
