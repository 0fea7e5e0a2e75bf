using Pipeline.Kernel.Actor;
using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Inspection;

/// <summary>A question from outside, answered on the actor's turn; also while user messages are suspended.</summary>
internal sealed class Describe(Func<object, string?> describe) : SystemMessage
{
    private readonly TaskCompletionSource<string?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string?> Answer => _answer.Task;

    public override void Apply(ActorCell cell)
    {
        string? text = null;
        try
        {
            text = cell.DescribeInstance(describe);
        }
        catch (Exception cause)
        {
            // Whoever is looked at must not fail for it.
            cell.System.KernelLog.HookFailed(cause, nameof(Describe), cell.Self.Path);
        }

        _answer.TrySetResult(text);
    }

    public override void Undeliverable() => _answer.TrySetResult(null);
}
