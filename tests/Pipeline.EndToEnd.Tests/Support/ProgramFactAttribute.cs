namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>As <see cref="ProgramTheoryAttribute"/>, for a test without data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    /// <param name="needs">Programs, and Python modules as <c>python3:module</c>.</param>
    public ProgramFactAttribute(params string[] needs) => Skip = ProgramTheoryAttribute.ReasonToSkip(needs);
}
