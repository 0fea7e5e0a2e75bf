namespace Pipeline.Policy.Acl;

/// <summary>The options of <c>control = submission</c>.</summary>
/// <param name="Domain">For Sender:, when the authenticated id has none; null for qualify_domain, empty when the id is an address by itself.</param>
/// <param name="Name">The sender's real name; null when not given.</param>
public sealed record SubmissionOptions(bool SenderRetain, string? Domain, string? Name)
{
    private const string Control = "submission";

    /// <summary>What the controls of a message say of submission; null when they do not.</summary>
    public static SubmissionOptions? Of(IEnumerable<string> controls) =>
        controls.FirstOrDefault(control => control.StartsWith(Control, StringComparison.Ordinal)) is { } control && TryParse(control[Control.Length..], out var options)
            ? options
            : null;

    /// <param name="options">What follows the word <c>submission</c>: nothing, or options that each begin with a slash.</param>
    public static bool TryParse(string options, out SubmissionOptions result)
    {
        result = new SubmissionOptions(false, null, null);
        var rest = options.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest.StartsWith("/name="))
            {
                // Last: a name may hold slashes.
                result = result with { Name = rest[6..].ToString() };
                return true;
            }

            var end = rest[1..].IndexOf('/');
            var option = end < 0 ? rest : rest[..(end + 1)];
            rest = rest[option.Length..];
            if (option is "/sender_retain")
            {
                result = result with { SenderRetain = true };
            }
            else if (option.StartsWith("/domain="))
            {
                result = result with { Domain = option[8..].ToString() };
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
