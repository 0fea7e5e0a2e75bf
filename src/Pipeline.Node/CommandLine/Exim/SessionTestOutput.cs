using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>What a test session says beside its replies: what the policy does behind <c>&gt;&gt;&gt;</c>, what would go to the logs behind <c>LOG:</c>.</summary>
internal sealed class SessionTestOutput(TextWriter errors) : IPolicyLog, IPolicyTrace
{
    private readonly Lock _gate = new();

    public void Write(PolicyLogTarget target, string line)
    {
        if (target != PolicyLogTarget.None)
        {
            Write("LOG: ", line);
        }
    }

    void IPolicyTrace.Write(string line) => Write(">>> ", line);

    private void Write(string mark, string line)
    {
        // Checks write beside the session.
        lock (_gate)
        {
            errors.WriteLine($"{mark}{OctetString.ToText(line)}");
        }
    }
}
