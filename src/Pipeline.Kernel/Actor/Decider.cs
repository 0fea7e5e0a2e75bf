namespace Pipeline.Kernel.Actor;

public interface IDecider
{
    Directive Decide(Exception cause);
}

public static class Decider
{
    public static IDecider From(Func<Exception, Directive> decider) => new FunctionDecider(decider);

    /// <param name="defaultDirective">For exceptions that match no entry.</param>
    /// <param name="pairs">First match in order wins; derived exceptions match.</param>
    public static IDecider From(Directive defaultDirective, params KeyValuePair<Type, Directive>[] pairs) =>
        new FunctionDecider(cause =>
        {
            foreach ((Type type, Directive directive) in pairs)
            {
                if (type.IsInstanceOfType(cause))
                {
                    return directive;
                }
            }

            return defaultDirective;
        });

    private sealed class FunctionDecider(Func<Exception, Directive> decide) : IDecider
    {
        public Directive Decide(Exception cause) => decide(cause);
    }
}
