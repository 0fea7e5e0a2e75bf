using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners.Tls;

namespace Pipeline.Node.Listeners;

/// <summary>Wires the SMTP endpoints into a host that runs Kestrel.</summary>
public static class SmtpListenerServices
{
    /// <summary>
    /// Adds the SMTP endpoints to the host's Kestrel server. The host must provide <see cref="IReceiptService"/>; a <see cref="TimeProvider"/>
    /// is taken from it when there is one. On stop, Kestrel closes the endpoints and sessions end at their next command; give the host a
    /// <c>HostOptions.ShutdownTimeout</c> as long as the longest DATA that shall be waited for.
    /// </summary>
    /// <param name="certificates">Empty for a server without TLS.</param>
    public static IServiceCollection AddSmtpListeners(this IServiceCollection services, ListenerOptions options, ServerCertificates certificates)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SmtpListener(
            options,
            provider.GetRequiredService<IReceiptService>(),
            certificates,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SmtpListener>>()));
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider =>
            new ConfigureOptions<KestrelServerOptions>(kestrel => provider.GetRequiredService<SmtpListener>().Attach(kestrel)));
        return services;
    }
}
