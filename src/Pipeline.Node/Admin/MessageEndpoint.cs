using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Admin;

/// <summary>Where programs on this machine hand over messages without SMTP: a line of JSON (<see cref="LocalMessage"/>), and behind it the message.</summary>
internal sealed class MessageEndpoint(LocalSubmission submission, ILogger logger)
{
    public const string Path = "/messages";

    /// <summary>Octets of the first line: room for tens of thousands of recipients.</summary>
    private const int MaxLineBytes = 4 * 1024 * 1024;

    /// <summary>The code of a reply that nothing of the message was read for.</summary>
    private const int NotLetIn = 421;

    public async Task ServeAsync(HttpContext context)
    {
        // message_size_limit bounds the message, in the words of mail.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // the program may be a person who types
        }

        try
        {
            // Whoever hands a message over waits with its octets until the first of them is read: what is not let in can go to another node.
            var problem = "";
            await using var content = context.Request.BodyReader.AsStream(leaveOpen: true);
            var end = await submission.TakeAsync(ReadAsync, content, context.RequestAborted);
            if (end is null)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, "Bad Request", problem);
            }
            else if (end.Reply.Code == NotLetIn)
            {
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable", end.Reply.Text);
            }
            else
            {
                await context.Response.WriteAsJsonAsync(MessageAnswer.Of(end), AdminJson.Default.MessageAnswer, cancellationToken: context.RequestAborted);
            }

            async Task<LocalMessage?> ReadAsync(CancellationToken cancellationToken)
            {
                (var line, problem) = await FirstLine.ReadAsync(context.Request.BodyReader, MaxLineBytes, cancellationToken);
                return (line is null ? null : Read(line, out problem)) is { } message ? message with { Caller = AdminAuthorization.Caller(context).Program } : null;
            }
        }
        catch (BadHttpRequestException error)
        {
            await RefuseAsync(context, error.StatusCode, "Bad Request", error.Message);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The program has gone before the message was complete: there is none.
        }
    }

    private static LocalMessage? Read(byte[] line, out string problem)
    {
        problem = "the first line is no message";
        try
        {
            return JsonSerializer.Deserialize(line, AdminJson.Default.LocalMessage);
        }
        catch (JsonException error)
        {
            problem = error.Message;
            return null;
        }
    }

    private Task RefuseAsync(HttpContext context, int status, string title, string detail)
    {
        AdminLog.OrderCarriedOut(logger, AdminAuthorization.Caller(context).Name, Path, detail);
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new AdminProblem(status, title, detail), AdminJson.Default.AdminProblem, AdminAuthorization.ProblemType);
    }
}
