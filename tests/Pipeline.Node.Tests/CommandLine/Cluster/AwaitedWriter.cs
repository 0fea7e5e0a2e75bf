namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>Output of a command that goes on, and a way to wait for what it prints.</summary>
internal sealed class AwaitedWriter(string wanted) : StringWriter
{
    private readonly TaskCompletionSource _printed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a line with the text was printed.</summary>
    public Task Printed => _printed.Task;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value?.Contains(wanted, StringComparison.Ordinal) == true)
        {
            _printed.TrySetResult();
        }
    }
}
