using Pipeline.Actors;
using Pipeline.Kernel.Inspection;

namespace Pipeline.Node.Admin;

/// <summary>What a node tells of its actors.</summary>
internal static class ActorEndpoints
{
    /// <summary>Actors in one answer, at most.</summary>
    public const int MaxActors = 5_000;

    public const int MaxDepth = 20;

    private static readonly TimeSpan DescribeTimeout = TimeSpan.FromSeconds(2);

    public static void MapActors(this WebApplication application, ActorSystem system)
    {
        application.MapGet("/actors", async (string? path, int? depth, int? limit, HttpContext context) =>
        {
            var found = system.Inspect(path ?? "/", Math.Clamp(depth ?? 3, 0, MaxDepth), Math.Clamp(limit ?? 200, 1, MaxActors));
            await (found is null ? NotFoundAsync(context, path) : context.Response.WriteAsJsonAsync(found, AdminJson.Default.ActorSnapshot));
        });
        application.MapGet("/actors/system", async (HttpContext context) =>
            await context.Response.WriteAsJsonAsync(system.Survey(), AdminJson.Default.ActorSystemSnapshot));
        application.MapGet("/actors/inspect", async (string path, HttpContext context) =>
        {
            var name = path.StartsWith('/') ? path : $"{ActorNames.MessagesPath}/{path}";
            if (system.Inspect(name, 1, MaxActors) is not { } found)
            {
                await NotFoundAsync(context, path);
                return;
            }

            var (description, silent) = await DescribeAsync(system, name, context.RequestAborted);
            await context.Response.WriteAsJsonAsync(new InspectedActor(found, description, silent), AdminJson.Default.InspectedActor);
        });
    }

    private static async Task<(string? Description, bool Silent)> DescribeAsync(ActorSystem system, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await system.DescribeAsync(path, static actor => (actor as IInspectable)?.Describe(), DescribeTimeout, cancellationToken), false);
        }
        catch (TimeoutException)
        {
            return (null, true);
        }
    }

    private static Task NotFoundAsync(HttpContext context, string? path)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsJsonAsync(
            new AdminProblem(StatusCodes.Status404NotFound, "Not Found", $"no actor at {path}"), AdminJson.Default.AdminProblem, AdminAuthorization.ProblemType);
    }
}
