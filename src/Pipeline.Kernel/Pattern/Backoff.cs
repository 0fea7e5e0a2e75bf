using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Pattern;

/// <summary>Options for a supervisor that creates its child anew after a growing delay.</summary>
public static class Backoff
{
    /// <summary>Creates the child anew when its failure is decided to be a restart. A child that stops by itself stops the supervisor.</summary>
    /// <param name="childProps">The child.</param>
    /// <param name="childName">Its name.</param>
    /// <param name="minBackoff">First delay; doubles each time.</param>
    /// <param name="maxBackoff">Upper bound of the delay, before the random part.</param>
    /// <param name="randomFactor">The delay is lengthened by up to this fraction; 0 for none.</param>
    /// <param name="maxNrOfRetries">New creations before the supervisor gives up and stops; -1 for no limit.</param>
    public static BackoffOptions OnFailure(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        Create(false, childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries);

    /// <summary>Creates the child anew whenever it has stopped, for whatever reason. Parameters as for <see cref="OnFailure"/>.</summary>
    public static BackoffOptions OnStop(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        Create(true, childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries);

    private static BackoffOptions Create(
        bool onStop, Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries)
    {
        ArgumentNullException.ThrowIfNull(childProps);
        ArgumentException.ThrowIfNullOrEmpty(childName);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(minBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBackoff, minBackoff);
        ArgumentOutOfRangeException.ThrowIfNegative(randomFactor);
        return new BackoffOptions(onStop, childProps, childName, minBackoff, maxBackoff, randomFactor) { MaxNrOfRetries = maxNrOfRetries };
    }
}
