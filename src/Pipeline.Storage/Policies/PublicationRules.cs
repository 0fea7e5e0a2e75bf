using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Policies;

/// <summary>Decides over a publication; the same for every engine.</summary>
internal static class PublicationRules
{
    /// <param name="current">Read under the lock that excludes other publishers; null when nothing was published yet.</param>
    /// <returns>Null when it is to be published.</returns>
    /// <exception cref="ArgumentException">A bug of the caller: the note is too long.</exception>
    public static PublishOutcome? Refuse(PolicyPublication publication, PolicyRecord? current)
    {
        if (publication.Note?.Length > PolicyPublication.MaxNote)
        {
            throw new ArgumentException($"a note has at most {PolicyPublication.MaxNote} characters", nameof(publication));
        }

        if (publication.Force || current is null)
        {
            return null;
        }

        if (current.Digest == publication.Bundle.Digest)
        {
            return new PublishOutcome.Unchanged(current);
        }

        return publication.Expected is { } expected && expected != current.Number ? new PublishOutcome.Overtaken(current) : null;
    }
}
