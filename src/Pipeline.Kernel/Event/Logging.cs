using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Event;

public static class Logging
{
    /// <summary>The log of the running actor, named by its path.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new LoggerAdapter(
            context.System.LoggerFactory.CreateLogger(context.Props.Type.FullName ?? context.Props.Type.Name),
            context.Self.Path.ToStringWithoutAddress());
    }
}
