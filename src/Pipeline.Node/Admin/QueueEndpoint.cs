using System.Text;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Admin;

/// <summary>The queue as Exim prints it, for users of this machine who cannot read the store.</summary>
internal sealed class QueueEndpoint(IMessageStore store, TimeProvider time)
{
    public const string Path = "/queue/list";

    /// <summary>Path and query of a request.</summary>
    public static string PathOf(QueueListing listing) =>
        $"{Path[1..]}?queue={Uri.EscapeDataString(listing.Queue)}&show={listing.Show}&count={(listing.CountsOnly ? "true" : "false")}{string.Concat(listing.Ids.Select(static id => $"&id={Uri.EscapeDataString(id)}"))}";

    public async Task ServeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var listing = new QueueListing(
            query["queue"].ToString(),
            Enum.TryParse<QueueRecipients>(query["show"].ToString(), out var show) ? show : default,
            [.. query["id"].OfType<string>()],
            query["count"] == "true");
        context.Response.ContentType = "text/plain; charset=utf-8";
        await using var text = new StringWriter { NewLine = "\n" };
        await listing.WriteAsync(text, store, time.GetUtcNow(), context.RequestAborted);
        await context.Response.WriteAsync(text.ToString(), Encoding.UTF8, context.RequestAborted);
    }
}
