namespace Pipeline.Kernel.Actor;

/// <summary>What a parent does about a failed child.</summary>
public enum Directive
{
    /// <summary>Keep the child's state, drop the failing message, go on.</summary>
    Resume,

    /// <summary>Replace the instance behind the reference.</summary>
    Restart,

    /// <summary>Fail in turn with the same exception.</summary>
    Escalate,

    Stop,
}

public static class DirectiveExtensions
{
    /// <summary>An entry for <see cref="Decider.From(Directive, KeyValuePair{Type, Directive}[])"/>.</summary>
    public static KeyValuePair<Type, Directive> When<TException>(this Directive directive)
        where TException : Exception => new(typeof(TException), directive);
}
