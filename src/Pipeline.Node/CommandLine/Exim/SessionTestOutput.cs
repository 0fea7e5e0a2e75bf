using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>What a test session says beside its replies: what the policy does behind <c>&gt;&gt;&gt;</c>, what would go to the logs behind <c>LOG:</c>.</summary>
/// <param name="more">What <c>-d</c> wants besides.</param>
internal sealed class SessionTestOutput(TextWriter errors, PolicyTopics more) : IPolicyLog, IPolicyTrace
{
    public PolicyTopics Topics => PolicyTopics.Acl | PolicyTopics.Lists | PolicyTopics.Route | PolicyTopics.Verify | more;

    private readonly Lock _gate = new();

    public void Write(PolicyLogTarget target, string line)
    {
        if (target != PolicyLogTarget.None)
        {
            Write("LOG: ", line);
        }
    }

    public void Write(PolicyTopics topic, string line) => Write(">>> ", line);

    private void Write(string mark, string line)
    {
        // Checks write beside the session.
        lock (_gate)
        {
            errors.WriteLine($"{mark}{OctetString.ToText(line)}");
        }
    }
}
