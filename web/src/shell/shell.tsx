// The frame of every page: navigation, top bar, and what is open above the page.
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { CircleHelp, Monitor, Moon, Search, Sun, SunMoon } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { MOST_INCIDENTS } from '@/api/limits';
import { overviewQuery, statusQuery } from '@/api/queries';
import { token } from '@/api/session';
import mark from '@/design/mark.svg';
import { capped } from '@/lib/format';
import { useShortcuts } from '@/lib/keyboard';
import { IconButton } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Menu, MenuChoice } from '@/ui/menu';
import { Toaster } from '@/ui/toast';
import { ConnectionMark } from './connection-mark';
import { MoreIcon, NAV, type NavItem, PHONE_NAV } from './nav';
import styles from './shell.module.css';
import { SignOutButton } from './sign-in';
import { setTheme, type Theme, useTheme } from './theme';

const Palette = lazy(() => import('./palette/palette'));
const HelpSheet = lazy(() => import('./help'));
const MaterializeDialog = lazy(async () => ({ default: (await import('@/ui/materialize-dialog')).MaterializeDialog }));

type Above = 'palette' | 'help' | 'more' | null;

export function Shell() {
  const [above, setAbove] = useState<Above>(null);
  const [launching, setLaunching] = useState<string>();
  const close = () => setAbove(null);
  const navigate = useNavigate();
  useShortcuts({
    'mod+k': () => setAbove((now) => (now === 'palette' ? null : 'palette')),
    '/': () => setAbove('palette'),
    '?': () => setAbove('help'),
    ...Object.fromEntries(NAV.map(({ letter, to }) => [`g ${letter}`, () => void navigate({ to })])),
  });
  return (
    <div className={styles.shell}>
      {/* biome-ignore lint/a11y/useValidAnchor: it goes to a place on this page, without a step in the history. */}
      <a href="#main" className={styles.skip} onClick={focusMain}>
        Skip to the page
      </a>
      <SideNav />
      <header className={styles.top}>
        <button type="button" className={styles.find} onClick={() => setAbove('palette')}>
          <Search size={15} aria-hidden />
          <span className="truncate">Find or do anything</span>
          <kbd className={styles.kbd}>{isMac() ? '⌘' : 'Ctrl'} K</kbd>
        </button>
        <div className={styles.topEnd}>
          <ConnectionMark />
          <IconButton icon={CircleHelp} label="Shortcuts (?)" onClick={() => setAbove('help')} />
          <ThemeMenu />
          {token() && <SignOutButton />}
        </div>
      </header>
      <main id="main" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      <PhoneNav onMore={() => setAbove('more')} />
      <Dialog open={above === 'more'} onClose={close} title="More">
        <nav className={styles.more} aria-label="More screens">
          {NAV.slice(PHONE_NAV).map((item) => (
            <NavLink key={item.to} item={item} onClick={close} />
          ))}
        </nav>
      </Dialog>
      <Suspense>
        {above === 'palette' && (
          <Palette onClose={close} onHelp={() => setAbove('help')} onMaterialize={setLaunching} />
        )}
        {launching !== undefined && (
          <MaterializeDialog open onClose={() => setLaunching(undefined)} selection={launching} />
        )}
        {above === 'help' && <HelpSheet onClose={close} />}
      </Suspense>
      <Toaster />
    </div>
  );
}

/** A link to `#main` would become the address of the page. */
function focusMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

export const isMac = (): boolean => navigator.userAgent.includes('Mac');

function SideNav() {
  const version = useQuery(statusQuery()).data?.version;
  return (
    <nav className={styles.side} aria-label="Screens">
      <Link to="/" className={styles.brand}>
        <img src={mark} alt="" />
        Headwater
      </Link>
      {NAV.map((item) => (
        <NavLink key={item.to} item={item} />
      ))}
      {version && <div className={styles.sideFoot}>Version {version}</div>}
    </nav>
  );
}

function NavLink({ item: { to, label, icon: Icon }, onClick }: { item: NavItem; onClick?: () => void }) {
  return (
    <Link to={to} className={styles.item} activeOptions={{ exact: to === '/', includeSearch: false }} onClick={onClick}>
      <Icon size={16} aria-hidden />
      {label}
      <NavCount to={to} />
    </Link>
  );
}

/** What is going on behind a link. */
function NavCount({ to }: { to: NavItem['to'] }) {
  const overview = useQuery(overviewQuery()).data;
  const status = useQuery(statusQuery()).data;
  if (to === '/alerts' && overview?.open_incidents) {
    return (
      <span className={`${styles.count} ${styles.alarm}`}>
        {capped(overview.open_incidents, MOST_INCIDENTS)}
        <span className="sr-only"> open</span>
      </span>
    );
  }
  const count = to === '/runs' ? status?.running_runs : to === '/queue' ? status?.queued_runs : 0;
  if (!count) return null;
  return (
    <span className={styles.count}>
      {count}
      <span className="sr-only">{to === '/runs' ? ' running' : ' waiting'}</span>
    </span>
  );
}

function PhoneNav({ onMore }: { onMore: () => void }) {
  const incidents = useQuery(overviewQuery()).data?.open_incidents;
  return (
    <nav className={styles.phoneNav} aria-label="Main screens">
      {NAV.slice(0, PHONE_NAV).map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={styles.phoneItem} activeOptions={{ exact: to === '/', includeSearch: false }}>
          <Icon size={18} aria-hidden />
          {label}
        </Link>
      ))}
      <button type="button" className={styles.phoneItem} onClick={onMore}>
        <MoreIcon size={18} aria-hidden />
        More
        {incidents ? (
          <span className={styles.alarmDot}>
            <span className="sr-only">, {capped(incidents, MOST_INCIDENTS)} open incidents</span>
          </span>
        ) : null}
      </button>
    </nav>
  );
}

const THEMES = [
  { value: 'system' as Theme, label: 'As the system', icon: Monitor },
  { value: 'light' as Theme, label: 'Light', icon: Sun },
  { value: 'dark' as Theme, label: 'Dark', icon: Moon },
];

function ThemeMenu() {
  const theme = useTheme();
  return (
    <Menu trigger={<IconButton icon={SunMoon} label="Theme" />}>
      <MenuChoice label="Theme" value={theme} options={THEMES} onChange={setTheme} />
    </Menu>
  );
}
