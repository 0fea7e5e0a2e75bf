namespace Pipeline.Kernel.Actor;

public static class PipeToSupport
{
    /// <summary>Tells the result of the task when it has one; a failure as <see cref="Status.Failure"/>.</summary>
    /// <param name="taskToPipe">What is awaited, off the actor's turn.</param>
    /// <param name="recipient">Usually <c>Self</c>.</param>
    /// <param name="sender">Nobody by default.</param>
    /// <param name="success">Makes the message from the result.</param>
    /// <param name="failure">Makes the message from the exception.</param>
    public static async Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null)
    {
        try
        {
            T result = await taskToPipe.ConfigureAwait(false);
            recipient.Tell(success is null ? result! : success(result), sender);
        }
        catch (Exception cause)
        {
            recipient.Tell(failure is null ? new Status.Failure(cause) : failure(cause), sender);
        }
    }

    /// <summary>As for a task with a result; without <paramref name="success"/> a success tells nothing.</summary>
    public static async Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null)
    {
        try
        {
            await taskToPipe.ConfigureAwait(false);
            if (success is not null)
            {
                recipient.Tell(success(), sender);
            }
        }
        catch (Exception cause)
        {
            recipient.Tell(failure is null ? new Status.Failure(cause) : failure(cause), sender);
        }
    }
}
