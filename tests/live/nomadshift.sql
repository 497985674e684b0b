-- NomadShift's tables (seeds/000, section 3), without their geography columns: no wheel has PostGIS.
CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar(255) UNIQUE, password_hash varchar(255),
  role text CHECK (role IN ('worker', 'business', 'admin')), email_verified boolean DEFAULT false,
  created_at timestamp DEFAULT now(), updated_at timestamp, last_login timestamp, preferred_language varchar(5),
  fcm_token varchar(255), apns_token varchar(255));
CREATE TABLE worker_profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users, display_name varchar(100), bio text,
  nationality varchar(100), languages jsonb, skills jsonb, countries_visited jsonb, profile_photo_url varchar(500),
  prestige_level text CHECK (prestige_level IN ('bronze', 'silver', 'gold', 'platinum')),
  created_at timestamp DEFAULT now());
CREATE TABLE business_profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users, business_name varchar(255),
  business_type text CHECK (business_type IN ('restaurant', 'bar', 'cafe', 'boutique', 'hostel')), description text,
  address varchar(500), contact_email varchar(255), contact_phone varchar(50), photos jsonb,
  average_rating decimal(3, 2), total_reviews integer, good_employer_badge boolean, verified boolean);
CREATE TABLE job_postings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), business_id uuid REFERENCES business_profiles, title varchar(255),
  category varchar(100), description text, duration_estimate varchar(50),
  schedule text CHECK (schedule IN ('part-time', 'full-time', 'flexible')), compensation_amount decimal(10, 2),
  compensation_type text CHECK (compensation_type IN ('hourly', 'daily', 'fixed')), required_languages jsonb,
  required_experience text, start_date date, end_date date,
  status text CHECK (status IN ('active', 'paused', 'closed', 'completed')), created_at timestamp DEFAULT now());
CREATE TABLE applications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), job_id uuid REFERENCES job_postings, worker_id uuid REFERENCES
  worker_profiles, cover_message text, status text CHECK (status IN ('pending', 'accepted', 'rejected', 'withdrawn')),
  created_at timestamp DEFAULT now(), updated_at timestamp);
CREATE TABLE work_agreements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), application_id uuid REFERENCES applications, job_title varchar(255),
  start_date date, end_date date, schedule_details text, compensation_amount decimal(10, 2), responsibilities text,
  worker_confirmed boolean, worker_confirmed_at timestamp, business_confirmed boolean, business_confirmed_at timestamp,
  status text CHECK (status IN ('pending', 'confirmed', 'in_progress', 'completed', 'cancelled')));
CREATE TABLE reviews (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), work_agreement_id uuid REFERENCES work_agreements, reviewer_id uuid
  REFERENCES users, reviewee_id uuid REFERENCES users, rating integer CHECK (rating BETWEEN 1 AND 5), comment text,
  attributes jsonb, visible boolean DEFAULT false, created_at timestamp DEFAULT now());
CREATE TABLE messages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), thread_id uuid, sender_id uuid REFERENCES users, receiver_id uuid
  REFERENCES users, content text, image_url varchar(500), read_at timestamp, created_at timestamp DEFAULT now());
CREATE TABLE legal_acceptances (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES users, agreement_type varchar(100),
  agreement_version varchar(20), accepted_at timestamp, ip_address varchar(45), user_agent text);
CREATE INDEX idx_job_status_dates ON job_postings (status, start_date, end_date);
CREATE INDEX idx_users_email ON users (email);
CREATE INDEX idx_applications_job_status ON applications (job_id, status);
CREATE INDEX idx_applications_worker_status ON applications (worker_id, status);
CREATE INDEX idx_reviews_reviewee ON reviews (reviewee_id, visible);
