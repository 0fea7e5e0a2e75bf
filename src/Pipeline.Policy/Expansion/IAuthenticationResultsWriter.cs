namespace Pipeline.Policy.Expansion;

/// <summary>Writes what was found out about a message for <c>${authresults{…}}</c>; set by whoever holds the results.</summary>
public interface IAuthenticationResultsWriter
{
    /// <summary>The whole header field without its final line end, its folds as <c>;\n\t</c> (RFC 8601).</summary>
    /// <param name="authority">The authentication service identifier to write.</param>
    ValueTask<string> WriteAsync(EvaluationScope scope, string authority, CancellationToken cancellationToken);
}
