using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Scanning;
using Pipeline.Messages.Scanning;
using Pipeline.Node.Admin;
using Pipeline.Node.Configuration;
using Pipeline.Policy.Scanning;

namespace Pipeline.Node.Scanning;

/// <summary>Where other nodes have messages scanned. Full is answered at once, with 503: who asks has others to turn to.</summary>
/// <param name="avScanner">This node's own <c>av_scanner</c>; null when that depends on the message.</param>
internal sealed class ScanEndpoint(LocalScanner scanner, ScanSettings settings, string node, Func<string?> avScanner, ILogger logger)
{
    public async Task ServeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = settings.MaxMessageBytes + ScanQuestion.MaxLineBytes;
        }

        try
        {
            var (question, problem) = await ReadQuestionAsync(context.Request.BodyReader, context.RequestAborted);
            if (question is null)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, "Bad Request", problem);
                return;
            }

            if (question.Size > settings.MaxMessageBytes)
            {
                await RefuseAsync(
                    context, StatusCodes.Status413PayloadTooLarge, "Content Too Large", $"messages of up to {settings.MaxMessageBytes} octets are scanned here");
                return;
            }

            if (ScanJson.KindOf(question) == ScanKind.Malware && !MayRun(question.Servers))
            {
                await RefuseAsync(context, StatusCodes.Status403Forbidden, "Forbidden", "only the program that this node's own av_scanner names is run here");
                return;
            }

            await AnswerAsync(context, question);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Who asked has gone, or asks elsewhere.
        }
        catch (BadHttpRequestException error)
        {
            await RefuseAsync(context, error.StatusCode, "Bad Request", error.Message);
        }
    }

    /// <summary>Nodes trust each other with mail, not with each other's shell.</summary>
    private bool MayRun(string scanner) => AvScanner.Parse(scanner, out _) is not AvScanner.Cmdline || scanner == avScanner();

    private async Task AnswerAsync(HttpContext context, ScanQuestion question)
    {
        var outcome = await scanner.ScanAsync(
            new ScanJob
            {
                Message = question.Message,
                Kind = ScanJson.KindOf(question) ?? ScanKind.Spam,
                User = question.User,
                Servers = question.Servers,
                Envelope = question.Envelope,
                Content = new RequestedMessage(context.Request.BodyReader, question.Size),
                Deadline = TimeSpan.FromMilliseconds(question.DeadlineMs),
            },
            context.RequestAborted);
        switch (outcome)
        {
            case ScanOutcome.Busy busy:
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable", busy.Reason);
                return;
            case ScanOutcome.Failed failed when !context.RequestAborted.IsCancellationRequested:
                ScanLog.Failed(logger, question.Message, node, failed.Reason);
                break;
        }

        context.Response.ContentType = "application/json";
        var answer = ScanJson.Write(outcome, node);
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private async Task RefuseAsync(HttpContext context, int status, string title, string detail)
    {
        if (status != StatusCodes.Status503ServiceUnavailable)
        {
            ScanLog.Refused(logger, AdminAuthorization.Caller(context).Name, detail);
        }

        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new AdminProblem(status, title, detail), AdminJson.Default.AdminProblem, AdminAuthorization.ProblemType);
    }

    private static async Task<(ScanQuestion? Question, string Problem)> ReadQuestionAsync(PipeReader body, CancellationToken cancellationToken)
    {
        var (line, problem) = await FirstLine.ReadAsync(body, ScanQuestion.MaxLineBytes, cancellationToken);
        return line is null ? (null, problem) : (ScanJson.ReadQuestion(line, out problem), problem);
    }
}
