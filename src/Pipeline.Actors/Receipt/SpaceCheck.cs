using System.Globalization;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Whether there is room for another message: <c>check_spool_space</c> and its siblings.</summary>
internal static class SpaceCheck
{
    public static SmtpReply Refusal { get; } = new(452, new EnhancedStatusCode(4, 3, 1), "Space shortage, please try later");

    /// <param name="size">Octets of the message, as far as it is known; 0 otherwise.</param>
    /// <returns>What is logged of the shortage, in Exim's words; null when there is room, or nobody knows.</returns>
    public static string? Shortage(PolicyEnvironment environment, long size)
    {
        var options = environment.Policy.MainOptions;
        return Shortage("spool", environment.SpoolSpace, options.CheckSpoolSpace + (size / 1024), options.CheckSpoolInodes)
            ?? Shortage("log", environment.LogSpace, options.CheckLogSpace, options.CheckLogInodes);
    }

    private static string? Shortage(string what, Func<DiskSpace> look, long kibibytes, long inodes)
    {
        if (kibibytes <= 0 && inodes <= 0)
        {
            return null;
        }

        var left = look();
        return (left.Kibibytes >= 0 && left.Kibibytes < kibibytes) || (left.Inodes >= 0 && left.Inodes < inodes)
            ? string.Create(CultureInfo.InvariantCulture, $"{what} directory space check failed: space={left.Kibibytes} inodes={left.Inodes}")
            : null;
    }
}
