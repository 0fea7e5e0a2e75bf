using Pipeline.Policy.Expansion;

namespace Pipeline.Fuzz;

/// <summary>Nobody reads what a policy logs about inputs.</summary>
internal sealed class NoLog : IPolicyLog
{
    public void Write(PolicyLogTarget target, string line)
    {
    }
}
