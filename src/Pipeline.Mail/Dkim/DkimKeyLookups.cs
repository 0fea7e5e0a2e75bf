using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Dkim;

/// <summary>The key records that one message needs: each is asked for once, and no more than so many.</summary>
internal sealed class DkimKeyLookups(DkimLimits limits, int maxKeys)
{
    private readonly Dictionary<string, Task<DkimKeyAnswer>> _answers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks, unless this was asked before. The first caller's token ends the question.</summary>
    public Task<DkimKeyAnswer> Ask(IDnsResolver resolver, string keyName, CancellationToken cancellationToken)
    {
        if (!_answers.TryGetValue(keyName, out var answer))
        {
            answer = _answers.Count < maxKeys
                ? DkimKeyAnswer.FetchAsync(resolver, keyName, limits, cancellationToken).AsTask()
                : Task.FromResult(DkimKeyAnswer.Refuse(
                    DkimVerdict.Neutral, DkimFailure.OverLimit, $"not examined: the message needs more than {maxKeys} keys"));
            _answers.Add(keyName, answer);
        }

        return answer;
    }
}
